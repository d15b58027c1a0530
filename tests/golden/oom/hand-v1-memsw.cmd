oom fixtures/oom-v1-memsw.log
