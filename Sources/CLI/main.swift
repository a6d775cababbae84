print("kverify")
