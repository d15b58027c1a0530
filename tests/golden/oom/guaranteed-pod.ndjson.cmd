oom --ndjson fixtures/oom-guaranteed-pod.log
