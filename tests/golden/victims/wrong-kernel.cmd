victims --root fixtures/hand-oom-settings.cap --kernel x
