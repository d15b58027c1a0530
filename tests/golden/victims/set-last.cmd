victims --root fixtures/hand-oom-settings.cap --top 2 --dry-run --set=ssh.service -1000
