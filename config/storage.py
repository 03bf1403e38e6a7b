"""Static files with content hashes, ES modules included, so no bundler is needed."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStatic(CompressedManifestStaticFilesStorage):
    """WhiteNoise's hashed names, also inside `import … from` of ES modules."""

    support_js_module_import_aggregation = True
