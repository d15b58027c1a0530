oom lab/logs/node-policy-5.10.log
