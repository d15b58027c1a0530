oom fixtures/oom-guaranteed-pod.log
