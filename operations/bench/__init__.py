"""What the product costs on this machine: CPU of the servers and wall time, with a plain baseline in the same run."""
