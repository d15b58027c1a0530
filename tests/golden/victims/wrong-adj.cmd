victims --root fixtures/hand-oom-settings.cap --set 720 1001 --dry-run
