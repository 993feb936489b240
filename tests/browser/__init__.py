"""Tests in a real JupyterLab, driven in headless Chromium."""
