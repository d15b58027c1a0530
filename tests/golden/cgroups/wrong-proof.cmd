cgroups --proof guess
