module kverify.dev/host

go 1.19
