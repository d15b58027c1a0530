victims --root fixtures/hand-oom-settings.cap --kernel 2.6.32 --cgroup db.service
