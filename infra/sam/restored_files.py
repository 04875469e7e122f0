"""Makes the bucket match attachments that were restored to a moment. The bucket has versions: a deleted file has a marker
above its versions, and without the marker it is back.
"""

KEPT = ("attachments/", "thumbnails/")
ERASURES = "erasures/"


class Files:
    def __init__(self, s3, bucket, dynamodb, attachments):
        self.s3, self.bucket, self.dynamodb, self.attachments = s3, bucket, dynamodb, attachments

    def match(self, moment):
        """Restores the files that were deleted after the moment and have an attachment. Deletes the files that have none, and
        those that were made after the moment and have none that was sent. Returns how many of both.

        A file without an attachment may be older than the moment: an earlier restore, to a moment before its deletion, has
        restored it.
        """
        restored = deleted = 0
        is_sent = self._attachments()
        for prefix in KEPT:
            for page in self._pages(prefix):
                for marker in page.get("DeleteMarkers", []):
                    if marker["LastModified"] > moment and _name(marker["Key"]) in is_sent:
                        self._delete(marker["Key"], VersionId=marker["VersionId"])
                        restored += marker["IsLatest"]
                for version in page.get("Versions", []):
                    key, is_new = version["Key"], version["LastModified"] > moment
                    if version["IsLatest"] and (_name(key) not in is_sent or is_new and not is_sent[_name(key)]):
                        self._delete(key)
                        deleted += 1
        return restored, deleted

    def erase_again(self, moment):
        """Repeats the erasures that were asked for before the moment and ended after it. Returns the rooms that were deleted
        after the moment, which are back. So are messages that were deleted after it; their keys have a slash and are left
        out.
        """
        asked, ended, back = set(), set(), set()
        for page in self._pages(ERASURES):
            for version in page.get("Versions", []):
                (back if version["LastModified"] > moment else asked).add(version["Key"])
            ended |= {marker["Key"] for marker in page.get("DeleteMarkers", []) if marker["LastModified"] > moment}
        for key in sorted(asked & ended):
            self.s3.put_object(Bucket=self.bucket, Key=key)
        return sorted(key.removeprefix(ERASURES) for key in back - asked if "/" not in key.removeprefix(ERASURES))

    def _pages(self, prefix):
        return self.s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=prefix)

    def _delete(self, key, **version):
        self.s3.delete_object(Bucket=self.bucket, Key=key, **version)

    def _attachments(self):
        """Returns whether each restored attachment was sent, by its id. Reading them one by one would take hours of many files."""
        pages = self.dynamodb.get_paginator("scan").paginate(
            TableName=self.attachments, ProjectionExpression="id, message_id, picture_of", ConsistentRead=True
        )
        return {item["id"]["S"]: "message_id" in item or "picture_of" in item for page in pages for item in page["Items"]}


def _name(key):
    """Returns the id of the attachment that a file belongs to."""
    return key.partition("/")[2]
