"""Vision: pixels in, anomaly map out. The only package that, with training, may import torch."""
