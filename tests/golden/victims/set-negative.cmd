victims --root fixtures/hand-oom-settings.cap --set 720 -500 --dry-run --top 2
