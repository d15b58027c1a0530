victims --root fixtures/hand-guaranteed-pod.cap --cgroup pod1234 --kernel 5.10
