zones --report fixtures/oom-hostile.log
