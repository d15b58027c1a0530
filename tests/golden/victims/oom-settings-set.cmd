victims --root fixtures/hand-oom-settings.cap --set db.service -1000 --dry-run
