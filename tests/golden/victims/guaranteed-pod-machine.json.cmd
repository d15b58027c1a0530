victims --root fixtures/hand-guaranteed-pod.cap --json
