"""What an inspection is: values and rules, no hardware, no libraries beyond numpy."""
