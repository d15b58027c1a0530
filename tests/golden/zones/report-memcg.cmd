zones --report fixtures/oom-v1-memsw.log
