victims --root fixtures/hand-oom-settings.cap --set 99999 0 --dry-run
