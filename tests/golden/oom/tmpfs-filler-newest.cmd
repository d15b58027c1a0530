oom lab/logs/tmpfs-filler-newest.log
