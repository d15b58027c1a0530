oom lab/logs/fragmentation-newest.log
