victims --root fixtures/hand-guaranteed-pod.cap --cgroup pod1234 --kernel 3.10.0-1160.el7.x86_64
