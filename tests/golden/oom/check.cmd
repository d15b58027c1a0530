oom --check fixtures/oom-guaranteed-pod.log
