"""What lies in archives: members listed in place, and met as if they were unpacked."""
