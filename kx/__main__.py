from kx.cli.main import main

main()
