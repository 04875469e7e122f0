use domain::MediaType;
use image::{DynamicImage, Rgb, Rgba, RgbaImage};
use media::{Thumbnail, picture};

use crate::support::{PICTURES, animation, contains, photo, plain, profile};

fn thumbnail(media_type: MediaType, upload: &[u8]) -> Thumbnail {
    let picture = picture(upload).unwrap();
    assert_eq!(picture.media_type, media_type);
    picture.thumbnail
}

fn size(thumbnail: &Thumbnail) -> (u32, u32) {
    let image = image::load_from_memory(&thumbnail.bytes).unwrap();
    (image.width(), image.height())
}

#[test]
fn the_longer_side_has_320_pixels_and_nothing_is_enlarged() {
    for media_type in PICTURES {
        for (from, to) in [((640, 480), (320, 240)), ((100, 1000), (32, 320)), ((320, 10), (320, 10)), ((3, 2), (3, 2))]
        {
            let thumbnail = thumbnail(media_type, &plain(media_type, from.0, from.1));
            assert_eq!((size(&thumbnail), thumbnail.media_type), (to, MediaType::Jpeg), "{media_type:?}");
        }
    }
}

#[test]
fn a_line_stays_a_line() {
    assert_eq!(size(&thumbnail(MediaType::Png, &plain(MediaType::Png, 1, 2000))), (1, 320));
}

#[test]
fn a_photo_that_is_held_sideways_is_shown_upright() {
    // The corner that is red, for each orientation of the camera.
    let corners =
        [(1, (0, 0)), (2, (1, 0)), (3, (1, 1)), (4, (0, 1)), (5, (0, 0)), (6, (1, 0)), (7, (1, 1)), (8, (0, 1))];
    for media_type in [MediaType::Jpeg, MediaType::Png, MediaType::Webp] {
        for (orientation, (right, below)) in corners {
            let seen = thumbnail(media_type, &photo(media_type, 640, 320, orientation)).bytes;
            let seen = image::load_from_memory(&seen).unwrap().to_rgb8();
            let (width, height) = seen.dimensions();
            assert_eq!((width, height), if orientation < 5 { (320, 160) } else { (160, 320) }, "{media_type:?}");
            let quarter = |x, y| seen.get_pixel(width / 4 + x * width / 2, height / 4 + y * height / 2);
            let Rgb([red, _, blue]) = *quarter(right, below);
            assert!(red > 200 && blue < 60, "{media_type:?} {orientation}");
            let Rgb([red, _, blue]) = *quarter(1 - right, 1 - below);
            assert!(red < 60 && blue > 200, "{media_type:?} {orientation}");
        }
    }
}

#[test]
fn transparency_stays_and_takes_a_png() {
    let mut upload = Vec::new();
    let glass = RgbaImage::from_pixel(900, 900, Rgba([10, 200, 30, 100]));
    glass.write_to(&mut std::io::Cursor::new(&mut upload), image::ImageFormat::Png).unwrap();
    let seen = thumbnail(MediaType::Png, &upload);
    assert_eq!(seen.media_type, MediaType::Png);
    assert_eq!(image::load_from_memory(&seen.bytes).unwrap().to_rgba8().get_pixel(7, 7), &Rgba([10, 200, 30, 100]));

    let opaque = DynamicImage::from(RgbaImage::from_pixel(9, 9, Rgba([10, 200, 30, 255])));
    upload.clear();
    opaque.write_to(&mut std::io::Cursor::new(&mut upload), image::ImageFormat::Png).unwrap();
    assert_eq!(thumbnail(MediaType::Png, &upload).media_type, MediaType::Jpeg);
}

#[test]
fn of_an_animation_the_first_frame_is_shown() {
    for media_type in [MediaType::Gif, MediaType::Webp] {
        let seen = thumbnail(media_type, &animation(media_type, 3));
        assert_eq!((size(&seen), seen.media_type), ((40, 20), MediaType::Png), "{media_type:?}");
    }
}

#[test]
fn colours_look_as_in_the_picture() {
    for media_type in [MediaType::Jpeg, MediaType::Png, MediaType::Webp] {
        let seen = thumbnail(media_type, &photo(media_type, 640, 480, 1));
        assert!(contains(&seen.bytes, &profile()), "{media_type:?}");
    }
}

#[test]
fn the_colours_of_all_kinds_of_pictures_are_understood() {
    let corner = DynamicImage::from(crate::support::corner(400, 400));
    for image in [
        corner.to_luma8().into(),
        corner.to_luma16().into(),
        corner.to_luma_alpha8().into(),
        corner.to_rgb16().into(),
        DynamicImage::from(corner.to_rgba16()),
    ] {
        let mut upload = Vec::new();
        image.write_to(&mut std::io::Cursor::new(&mut upload), image::ImageFormat::Png).unwrap();
        assert_eq!(size(&thumbnail(MediaType::Png, &upload)), (320, 320), "{:?}", image.color());
    }
}
