"""Makes the bucket match attachments that were restored to a moment. The bucket has versions: a deleted file has a marker
above its versions, and without the marker it is back.
"""

KEPT = ("attachments/", "thumbnails/")
ERASURES = "erasures/"


class Files:
    def __init__(self, s3, bucket, dynamodb, attachments):
        self.s3, self.bucket, self.dynamodb, self.attachments = s3, bucket, dynamodb, attachments
        self.found = {}

    def match(self, moment):
        """Restores the files that were deleted after the moment and have an attachment, and deletes the files that were
        made after it and have none that was sent. Returns how many of both.
        """
        restored = deleted = 0
        for prefix in KEPT:
            for page in self._pages(prefix):
                for marker in page.get("DeleteMarkers", []):
                    if marker["LastModified"] > moment and self._attachment(marker["Key"]):
                        self._delete(marker["Key"], VersionId=marker["VersionId"])
                        restored += marker["IsLatest"]
                for version in page.get("Versions", []):
                    is_new = version["IsLatest"] and version["LastModified"] > moment
                    if is_new and not self._is_sent(version["Key"]):
                        self._delete(version["Key"])
                        deleted += 1
        return restored, deleted

    def erase_again(self, moment):
        """Repeats the erasures that were asked for before the moment and ended after it. Returns the rooms that were deleted
        after the moment, which are back.
        """
        asked, ended, back = set(), set(), set()
        for page in self._pages(ERASURES):
            for version in page.get("Versions", []):
                (back if version["LastModified"] > moment else asked).add(version["Key"])
            ended |= {marker["Key"] for marker in page.get("DeleteMarkers", []) if marker["LastModified"] > moment}
        for key in sorted(asked & ended):
            self.s3.put_object(Bucket=self.bucket, Key=key)
        return sorted(key.removeprefix(ERASURES) for key in back - asked)

    def _pages(self, prefix):
        return self.s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=prefix)

    def _delete(self, key, **version):
        self.s3.delete_object(Bucket=self.bucket, Key=key, **version)

    def _attachment(self, key):
        """Returns the restored item of the attachment that a file belongs to, or None."""
        name = key.partition("/")[2]
        if name not in self.found:
            read = self.dynamodb.get_item(TableName=self.attachments, Key={"id": {"S": name}}, ConsistentRead=True)
            self.found[name] = read.get("Item")
        return self.found[name]

    def _is_sent(self, key):
        item = self._attachment(key) or {}
        return "message_id" in item or "picture_of" in item
