victims --root fixtures/hand-recreated-sandbox.cap --cgroup pod5678 --kernel 5.10
