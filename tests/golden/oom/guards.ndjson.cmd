oom --ndjson fixtures/oom-guards.log
