"""Pictures for tests, as a browser sends them."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image, TiffImagePlugin


def bytes_of(image, format="JPEG", **options):
    data = BytesIO()
    image.save(data, format, **options)
    return data.getvalue()


def upload(data, name="street.jpg", content_type="image/jpeg"):
    return SimpleUploadedFile(name, data, content_type)


def a_photo(color="red", size=(80, 60), name="street.jpg"):
    return upload(bytes_of(Image.new("RGB", size, color)), name)


def exif(orientation=1):
    """What a phone writes: where, when, with what."""
    data = Image.Exif()
    data[ExifTags.Base.Orientation] = orientation
    data[ExifTags.Base.Make] = "SecretPhoneMaker"
    data[ExifTags.Base.DateTime] = "2026:05:04 03:02:01"
    gps = data.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef] = "N"
    gps[ExifTags.GPS.GPSLatitude] = tuple(TiffImagePlugin.IFDRational(n) for n in (40, 45, 33))
    return data.tobytes()


def status(client, address):
    return shown(client.get(address)).status_code


def shown(response):
    """Read to its end: then the file is closed, as a server would close it."""
    if response.streaming:
        response.content_shown = b"".join(response.streaming_content)
        for close in response._resource_closers:  # response.close() would close the test's database too
            close()
    return response
