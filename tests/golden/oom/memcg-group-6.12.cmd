oom lab/logs/memcg-group-6.12.log
