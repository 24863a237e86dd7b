"""The portal, part by part."""
