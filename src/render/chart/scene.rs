//! A plotters backend that records what is drawn, in eighths of a pixel, to be written out as pixels or vectors later.
//!
//! plotters works in whole numbers; eighths of a logical pixel are finer than the eye and its anti-aliasing.

use super::font::{self, CAP_HEIGHT, Weight};
use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{FontStyle, RGBColor};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind};
use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

/// Backend units in a logical pixel.
pub(super) const UNIT: f64 = 8.0;
/// plotters takes a font's size as the height of its line, which it holds to be so many em.
pub(super) const LINE_HEIGHT: f64 = 1.24;

/// A colour with its opacity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ink {
    pub rgb: RGBColor,
    pub alpha: f32,
}

/// One thing drawn, in logical pixels.
pub(super) enum Op {
    Polygon { points: Vec<(f32, f32)>, ink: Ink },
    Rectangle { left: f32, top: f32, right: f32, bottom: f32, ink: Ink },
    Line { points: Vec<(f32, f32)>, width: f32, ink: Ink },
    Disc { x: f32, y: f32, radius: f32, ink: Ink },
    Text { x: f32, baseline: f32, em: f32, weight: Weight, align: HPos, ink: Ink, text: String },
}

/// Everything drawn, from back to front.
pub(super) struct Picture {
    pub width: u32,
    pub height: u32,
    pub ops: Vec<Op>,
}

/// The backend: plotters draws on it, [`Scene::take`] gives the picture.
#[derive(Clone)]
pub(super) struct Scene {
    width: u32,
    height: u32,
    ops: Rc<RefCell<Vec<Op>>>,
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl Scene {
    /// An empty scene of that many logical pixels.
    pub fn new(width: u32, height: u32) -> Self {
        Scene { width, height, ops: Rc::default() }
    }

    /// What has been drawn so far; the scene is empty afterwards.
    pub fn take(&self) -> Picture {
        Picture { width: self.width, height: self.height, ops: self.ops.take() }
    }

    #[expect(clippy::unnecessary_wraps, reason = "every method of the trait ends with it")]
    fn push(&self, op: Op) -> Drawn {
        self.ops.borrow_mut().push(op);
        Ok(())
    }
}

fn pixels(units: f64) -> f32 {
    (units / UNIT) as f32
}

fn point((x, y): BackendCoord) -> (f32, f32) {
    (pixels(x.into()), pixels(y.into()))
}

fn ink(color: BackendColor) -> Ink {
    let (red, green, blue) = color.rgb;
    Ink { rgb: RGBColor(red, green, blue), alpha: color.alpha as f32 }
}

impl DrawingBackend for Scene {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (self.width * UNIT as u32, self.height * UNIT as u32)
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        let ((left, top), (right, bottom)) = (point((x, y)), point((x + 1, y + 1)));
        self.push(Op::Rectangle { left, top, right, bottom, ink: ink(color) })
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, a: BackendCoord, b: BackendCoord, style: &S, fill: bool) -> Drawn {
        if !fill {
            return self.draw_path([a, (b.0, a.1), b, (a.0, b.1), a], style);
        }
        let ((left, top), (right, bottom)) = (point((a.0.min(b.0), a.1.min(b.1))), point((a.0.max(b.0), a.1.max(b.1))));
        self.push(Op::Rectangle { left, top, right, bottom, ink: ink(style.color()) })
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        let points = path.into_iter().map(point).collect();
        self.push(Op::Line { points, width: pixels(style.stroke_width().into()), ink: ink(style.color()) })
    }

    fn draw_circle<S: BackendStyle>(&mut self, center: BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        let (x, y) = point(center);
        let radius = pixels(radius.into());
        if fill {
            return self.push(Op::Disc { x, y, radius, ink: ink(style.color()) });
        }
        let corner = |step: i32| {
            let (sine, cosine) = (step as f32 * std::f32::consts::TAU / 64.0).sin_cos();
            (x + radius * cosine, y + radius * sine)
        };
        let points = (0..=64).map(corner).collect();
        self.push(Op::Line { points, width: pixels(style.stroke_width().into()), ink: ink(style.color()) })
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, corners: I, style: &S) -> Drawn {
        let points = corners.into_iter().map(point).collect();
        self.push(Op::Polygon { points, ink: ink(style.color()) })
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, position: BackendCoord) -> Drawn {
        let (x, y) = point(position);
        let em = em(style);
        let rise = match style.anchor().v_pos {
            VPos::Top => CAP_HEIGHT,
            VPos::Center => CAP_HEIGHT / 2.0,
            VPos::Bottom => 0.0,
        };
        self.push(Op::Text {
            x,
            baseline: y + rise * em,
            em,
            weight: weight(style),
            align: style.anchor().h_pos,
            ink: ink(style.color()),
            text: font::clean(text).into_owned(),
        })
    }

    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let em = f64::from(em(style)) * UNIT;
        Ok((font::width(text, em, weight(style)).ceil() as u32, (f64::from(CAP_HEIGHT) * em).ceil() as u32))
    }
}

/// Font size in logical pixels; hundredths, to take back the noise of the two conversions.
fn em<T: BackendTextStyle>(style: &T) -> f32 {
    ((style.size() / LINE_HEIGHT / UNIT * 100.0).round() / 100.0) as f32
}

fn weight<T: BackendTextStyle>(style: &T) -> Weight {
    if matches!(style.style(), FontStyle::Bold) { Weight::SemiBold } else { Weight::Regular }
}
