victims --root fixtures/hand-oom-settings.cap --nodes 0-
