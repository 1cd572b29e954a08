//! A picture as pixels.

use super::font::{self, CAP_HEIGHT, Weight};
use super::scene::{Ink, Op, Picture};
use plotters::style::text_anchor::HPos;
use rustybuzz::ttf_parser::OutlineBuilder;
use tiny_skia::{Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Point, Rect, Stroke, Transform};

/// Device pixels in a logical one.
const SCALE: f32 = 2.0;

/// Encodes the picture as an RGB PNG whose text chunk `scenario-hash` holds `hash`.
pub(super) fn encode(picture: &Picture, hash: &str) -> Vec<u8> {
    let pixmap = rasterize(picture);
    let mut rgb = vec![0; pixmap.data().len() / 4 * 3];
    for (rgb, rgba) in rgb.chunks_exact_mut(3).zip(pixmap.data().chunks_exact(4)) {
        rgb.copy_from_slice(&rgba[..3]);
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixmap.width(), pixmap.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    // Flat areas need no filter; higher levels take twice the time for a tenth of the size.
    encoder.set_deflate_compression(png::DeflateCompression::Level(2));
    encoder.set_filter(png::Filter::NoFilter);
    // The chunk holds Latin-1; a hash is ASCII anyway.
    let hash = hash.chars().filter(char::is_ascii_graphic).collect();
    encoder.add_text_chunk("scenario-hash".into(), hash).expect("ASCII text");
    let mut writer = encoder.write_header().expect("a vector takes every byte");
    writer.write_image_data(&rgb).expect("as many bytes as the header says");
    writer.finish().expect("a vector takes every byte");
    bytes
}

fn rasterize(picture: &Picture) -> Pixmap {
    let (width, height) = (picture.width * SCALE as u32, picture.height * SCALE as u32);
    let mut pixmap = Pixmap::new(width, height).expect("a canvas has a size");
    pixmap.fill(Color::WHITE);
    for op in &picture.ops {
        draw(&mut pixmap, op);
    }
    pixmap
}

fn draw(pixmap: &mut Pixmap, op: &Op) {
    let scale = Transform::from_scale(SCALE, SCALE);
    match op {
        Op::Rectangle { left, top, right, bottom, ink } => {
            // Edges on whole device pixels: crisp bars without hairline seams, and no bar thin enough to vanish.
            let (left, top) = ((left * SCALE).round(), (top * SCALE).round());
            let (right, bottom) = ((right * SCALE).round().max(left + 1.0), (bottom * SCALE).round().max(top + 1.0));
            if let Some(rect) = Rect::from_ltrb(left, top, right, bottom) {
                pixmap.fill_rect(rect, &paint(*ink), Transform::identity(), None);
            }
        }
        Op::Polygon { points, ink } => {
            if let Some(path) = path(points, true) {
                pixmap.fill_path(&path, &paint(*ink), FillRule::Winding, scale, None);
            }
        }
        Op::Line { points, width, ink } => {
            let points = snapped(points, *width);
            let straight = is_straight(&points);
            let stroke = Stroke {
                width: *width,
                line_join: LineJoin::Round,
                line_cap: if straight { LineCap::Butt } else { LineCap::Round },
                ..Stroke::default()
            };
            if let Some(path) = path(&points, false) {
                pixmap.stroke_path(&path, &paint(*ink), &stroke, scale, None);
            }
        }
        Op::Disc { x, y, radius, ink } => {
            if let Some(path) = PathBuilder::from_circle(*x, *y, *radius) {
                pixmap.fill_path(&path, &paint(*ink), FillRule::Winding, scale, None);
            }
        }
        Op::Text { x, baseline, em, weight, align, ink, text } => {
            if let Some(path) = text_path(text, *x, *baseline, *em, *weight, *align) {
                pixmap.fill_path(&path, &paint(*ink), FillRule::Winding, scale, None);
            }
        }
    }
}

fn paint(ink: Ink) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color_rgba8(ink.rgb.0, ink.rgb.1, ink.rgb.2, (ink.alpha * 255.0).round() as u8);
    paint
}

fn path(points: &[(f32, f32)], closed: bool) -> Option<Path> {
    let mut builder = PathBuilder::new();
    let (&(x, y), rest) = points.split_first()?;
    builder.move_to(x, y);
    for &(x, y) in rest {
        builder.line_to(x, y);
    }
    if closed {
        builder.close();
    }
    builder.finish()
}

/// True for a line along an axis.
#[expect(clippy::float_cmp, reason = "both ends of a straight line come from the same number")]
fn is_straight(points: &[(f32, f32)]) -> bool {
    matches!(points, [a, b] if a.0 == b.0 || a.1 == b.1)
}

/// A straight line moved so that its edges lie on whole device pixels; any other line as it is.
fn snapped(points: &[(f32, f32)], width: f32) -> Vec<(f32, f32)> {
    let [a, b] = *points else { return points.to_vec() };
    if !is_straight(points) {
        return points.to_vec();
    }
    let odd = (width * SCALE).round().max(1.0) as u32 % 2 == 1;
    let snap = |at: f32| if odd { ((at * SCALE).floor() + 0.5) / SCALE } else { (at * SCALE).round() / SCALE };
    let vertical = (a.0 - b.0).abs() < f32::EPSILON;
    points.iter().map(|&(x, y)| if vertical { (snap(x), y) } else { (x, snap(y)) }).collect()
}

/// The outlines of a line of text as one path.
fn text_path(text: &str, x: f32, baseline: f32, em: f32, weight: Weight, align: HPos) -> Option<Path> {
    let shaped = font::shape(text, weight);
    let left = match align {
        HPos::Left => x,
        HPos::Center => x - shaped.width * em / 2.0,
        HPos::Right => x - shaped.width * em,
    };
    let units = em / font::units_per_em(weight);
    let mut builder = PathBuilder::new();
    for glyph in &shaped.glyphs {
        let (x, y) = (left + glyph.x * em, baseline - glyph.y * em);
        if let Some(id) = glyph.id {
            let to_canvas = Transform::from_row(units, 0.0, 0.0, -units, x, y);
            font::outline(id, weight, &mut Pen { builder: &mut builder, to_canvas });
        } else if glyph.advance > 0.0 {
            missing_box(&mut builder, x, y, glyph.advance * em, em);
        }
    }
    builder.finish()
}

/// The empty box that stands for a character the fonts lack: an outline of two rectangles turning in opposite ways.
fn missing_box(builder: &mut PathBuilder, x: f32, baseline: f32, advance: f32, em: f32) {
    let (left, right) = (x + 0.07 * em, x + advance - 0.07 * em);
    let (top, line) = (baseline - CAP_HEIGHT * em, 0.075 * em);
    let corners = [(left, top), (right, top), (right, baseline), (left, baseline)];
    let inner = [
        (left + line, top + line),
        (left + line, baseline - line),
        (right - line, baseline - line),
        (right - line, top + line),
    ];
    for ring in [corners, inner] {
        builder.move_to(ring[0].0, ring[0].1);
        for (x, y) in &ring[1..] {
            builder.line_to(*x, *y);
        }
        builder.close();
    }
}

/// Takes a glyph's outline to the canvas.
struct Pen<'a> {
    builder: &'a mut PathBuilder,
    to_canvas: Transform,
}

impl Pen<'_> {
    fn map(&self, x: f32, y: f32) -> Point {
        let mut point = Point::from_xy(x, y);
        self.to_canvas.map_point(&mut point);
        point
    }
}

impl OutlineBuilder for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        let to = self.map(x, y);
        self.builder.move_to(to.x, to.y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let to = self.map(x, y);
        self.builder.line_to(to.x, to.y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (control, to) = (self.map(x1, y1), self.map(x, y));
        self.builder.quad_to(control.x, control.y, to.x, to.y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let (first, second, to) = (self.map(x1, y1), self.map(x2, y2), self.map(x, y));
        self.builder.cubic_to(first.x, first.y, second.x, second.y, to.x, to.y);
    }

    fn close(&mut self) {
        self.builder.close();
    }
}
