oom lab/logs/node-cpuset-newest.log
