zones --report fixtures/oom-hostile-zones.log
