oom lab/logs/memcg-v1-5.10.log
