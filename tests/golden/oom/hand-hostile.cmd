oom fixtures/oom-hostile.log
