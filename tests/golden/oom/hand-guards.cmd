oom fixtures/oom-guards.log
