victims --root fixtures/hand-oom-settings.cap --set 720
