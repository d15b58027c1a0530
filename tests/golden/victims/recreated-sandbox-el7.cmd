victims --root fixtures/hand-recreated-sandbox.cap --cgroup pod5678 --kernel 3.10.0-1160.el7.x86_64
