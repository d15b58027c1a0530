victims --root fixtures/hand-oom-settings.cap --until 1G --top 0
