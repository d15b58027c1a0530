oom --summary lab/logs/*.log fixtures/oom-*.log
