oom lab/logs/oom-adj-6.1.log
