victims --root fixtures/hand-guaranteed-pod.cap --cgroup /kubepods/pod1234
