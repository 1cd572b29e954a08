//! The canvas of every chart: shapes and words in logical pixels, drawn through plotters.

use super::font::{self, Weight};
use super::palette::{AXIS, GRID, INK, WHITE};
use super::scene::{LINE_HEIGHT, Picture, Scene, UNIT};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBColor, TextStyle};

/// Width of every chart.
pub(super) const WIDTH: f64 = 960.0;
/// Margin at the sides.
pub(super) const MARGIN: f64 = 32.0;
/// Where the plot ends at the right.
pub(super) const RIGHT: f64 = WIDTH - MARGIN;

/// How words are set: size, weight, colour, and which of their points stands at the given place.
#[derive(Clone, Copy)]
pub(super) struct Type {
    em: f64,
    weight: Weight,
    color: RGBColor,
    across: HPos,
    along: VPos,
}

impl Type {
    /// Regular, from its left end, centred in height.
    pub fn new(em: f64, color: RGBColor) -> Self {
        Type { em, weight: Weight::Regular, color, across: HPos::Left, along: VPos::Center }
    }

    /// A value or a name: 13.5 semibold.
    pub fn label(color: RGBColor) -> Self {
        Type::new(13.5, color).semibold()
    }

    /// Semibold.
    pub fn semibold(self) -> Self {
        Type { weight: Weight::SemiBold, ..self }
    }

    /// Regular again.
    pub fn regular(self) -> Self {
        Type { weight: Weight::Regular, ..self }
    }

    /// In another colour.
    pub fn recolored(self, color: RGBColor) -> Self {
        Type { color, ..self }
    }

    /// Its colour.
    pub fn color(self) -> RGBColor {
        self.color
    }

    /// In another size.
    pub fn sized(self, em: f64) -> Self {
        Type { em, ..self }
    }

    /// Ends at the given place.
    pub fn to_the_left(self) -> Self {
        Type { across: HPos::Right, ..self }
    }

    /// Centred at the given place.
    pub fn centered(self) -> Self {
        Type { across: HPos::Center, ..self }
    }

    /// Hangs by its capitals from the given place.
    pub fn hanging(self) -> Self {
        Type { along: VPos::Top, ..self }
    }

    /// Stands with its baseline on the given place.
    pub fn standing(self) -> Self {
        Type { along: VPos::Bottom, ..self }
    }

    /// Width of words set so.
    pub fn width(self, text: &str) -> f64 {
        font::width(text, self.em, self.weight)
    }

    /// Words cut to a width.
    pub fn cut(self, text: &str, room: f64) -> String {
        super::fit::cut(text, self, room)
    }

    /// Words wrapped to a width.
    pub fn wrap(self, text: &str, room: f64, most: usize) -> Vec<String> {
        super::fit::wrap(text, self, room, most)
    }

    fn style(self) -> TextStyle<'static> {
        let weight = if self.weight == Weight::SemiBold { FontStyle::Bold } else { FontStyle::Normal };
        let font = FontDesc::new(FontFamily::Name("Inter"), self.em * LINE_HEIGHT * UNIT, weight);
        TextStyle { font, color: self.color.to_backend_color(), pos: Pos::new(self.across, self.along) }
    }
}

/// A white canvas.
pub(super) struct Canvas {
    area: DrawingArea<Scene, Shift>,
    scene: Scene,
    /// Height in logical pixels.
    pub height: f64,
}

/// The scene takes everything, so that a failure of plotters is a mistake here.
fn drawn<E: std::fmt::Debug>(result: Result<(), E>) {
    result.expect("the scene takes everything");
}

fn units(pixels: f64) -> i32 {
    (pixels * UNIT).round() as i32
}

fn at((x, y): (f64, f64)) -> (i32, i32) {
    (units(x), units(y))
}

fn thickness(pixels: f64) -> u32 {
    units(pixels).unsigned_abs().max(1)
}

impl Canvas {
    /// A white canvas of that height.
    pub fn new(height: f64) -> Self {
        let height = height.ceil();
        let scene = Scene::new(WIDTH as u32, height as u32);
        let area = scene.clone().into_drawing_area();
        drawn(area.fill(&WHITE));
        Canvas { area, scene, height }
    }

    /// What was drawn.
    pub fn finish(self) -> Picture {
        drawn(self.area.present());
        self.scene.take()
    }

    /// A filled rectangle.
    pub fn rectangle(&self, left: f64, top: f64, right: f64, bottom: f64, color: RGBColor) {
        drawn(self.area.draw(&Rectangle::new([at((left, top)), at((right, bottom))], color.filled())));
    }

    /// The outline of a rectangle, inside its edges.
    pub fn outline(&self, left: f64, top: f64, right: f64, bottom: f64, width: f64, color: RGBColor) {
        let half = width / 2.0;
        let (left, top, right, bottom) = (left + half, top + half, right - half, bottom - half);
        self.line(&[(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], width, color);
    }

    /// A line through points.
    pub fn line(&self, points: &[(f64, f64)], width: f64, color: RGBColor) {
        let points: Vec<_> = points.iter().copied().map(at).collect();
        drawn(self.area.draw(&PathElement::new(points, color.stroke_width(thickness(width)))));
    }

    /// A gridline.
    pub fn gridline(&self, left: f64, right: f64, y: f64) {
        self.line(&[(left, y), (right, y)], 1.0, GRID);
    }

    /// A baseline.
    pub fn baseline(&self, from: (f64, f64), to: (f64, f64)) {
        self.line(&[from, to], 1.0, AXIS);
    }

    /// A tinted area.
    pub fn ribbon(&self, corners: &[(f64, f64)], color: RGBColor, opacity: f64) {
        let corners: Vec<_> = corners.iter().copied().map(at).collect();
        drawn(self.area.draw(&Polygon::new(corners, color.mix(opacity))));
    }

    /// A dot.
    pub fn dot(&self, x: f64, y: f64, radius: f64, color: RGBColor) {
        drawn(self.area.draw(&Circle::new(at((x, y)), thickness(radius), color.filled())));
    }

    /// Words.
    pub fn text(&self, text: &str, x: f64, y: f64, set: Type) {
        if !text.is_empty() {
            drawn(self.area.draw_text(text, &set.style(), at((x, y))));
        }
    }

    /// Lines of words, the first at `y`.
    pub fn lines(&self, lines: &[String], x: f64, y: f64, leading: f64, set: Type) {
        for (line, text) in lines.iter().enumerate() {
            self.text(text, x, y + leading * line as f64, set);
        }
    }

    /// Words on a white plate that keeps lines behind them away.
    pub fn plate(&self, text: &str, x: f64, y: f64, set: Type) {
        let (width, height) = (set.width(text), set.em * f64::from(font::CAP_HEIGHT));
        let left = match set.across {
            HPos::Left => x,
            HPos::Center => x - width / 2.0,
            HPos::Right => x - width,
        };
        let top = match set.along {
            VPos::Top => y,
            VPos::Center => y - height / 2.0,
            VPos::Bottom => y - height,
        };
        self.rectangle(left - 2.0, top - 1.5, left + width + 2.0, top + height + 1.5, WHITE);
        self.text(text, x, y, set);
    }
}

/// A linear scale from values to pixels.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    values: (f64, f64),
    pixels: (f64, f64),
}

impl Scale {
    /// The first value stands at the first pixel, the second at the second.
    pub fn new(values: (f64, f64), pixels: (f64, f64)) -> Self {
        Scale { values, pixels }
    }

    /// Where a value stands.
    pub fn at(self, value: f64) -> f64 {
        let span = self.values.1 - self.values.0;
        let part = if span == 0.0 { 0.0 } else { (value - self.values.0) / span };
        self.pixels.0 + part * (self.pixels.1 - self.pixels.0)
    }
}

/// Semibold ink, the setting of most values.
pub(super) fn value_type() -> Type {
    Type::label(INK)
}
