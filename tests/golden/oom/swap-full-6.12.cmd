oom lab/logs/swap-full-6.12.log
