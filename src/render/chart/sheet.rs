//! What every chart has around its plot: tag, title, subtitle, footer and hash.

use super::fit;
use super::kit::{Canvas, MARGIN, RIGHT, Type};
use super::palette::{ACCENT, FAINT, INK, MUTED};
use crate::report::chart::Chart;

const TITLE_LEADING: f64 = 28.0;
const SUBTITLE_LEADING: f64 = 20.0;
const FOOTER_LEADING: f64 = 15.0;
/// Where the plot starts below a title and a subtitle of one line each.
const PLOT_TOP: f64 = 96.0;
/// From the last baseline of the footer to the edge.
const FOOTER_RISE: f64 = 18.0;

/// The words around the plot, wrapped, so that the room they need is known before the canvas is made.
pub(super) struct Sheet {
    title: Vec<String>,
    subtitle: Vec<String>,
    footer: Vec<String>,
    hash: String,
}

impl Sheet {
    /// Wraps the words of a chart.
    pub fn new(chart: &Chart) -> Self {
        let room = RIGHT - MARGIN;
        let for_hash = if chart.hash.is_empty() { 0.0 } else { footer_type().width(&chart.hash) + 24.0 };
        Sheet {
            title: fit::wrap_evenly(&chart.title, title_type(), room, 3),
            subtitle: Type::new(14.5, MUTED).wrap(&chart.subtitle, room, 2),
            footer: fit::wrap_evenly(&chart.footer, footer_type(), room - for_hash, 3),
            hash: chart.hash.clone(),
        }
    }

    /// Where the plot starts.
    pub fn top(&self) -> f64 {
        let more = |lines: &Vec<String>, leading: f64| leading * lines.len().saturating_sub(1) as f64;
        PLOT_TOP + more(&self.title, TITLE_LEADING) + more(&self.subtitle, SUBTITLE_LEADING)
    }

    /// The room the footer takes, with the gap above it.
    pub fn bottom(&self) -> f64 {
        FOOTER_RISE + 27.0 + FOOTER_LEADING * self.footer.len().saturating_sub(1) as f64
    }

    /// Room between header and footer on a canvas of that height.
    pub fn room(&self, height: f64) -> f64 {
        height - self.top() - self.bottom()
    }

    /// A canvas with `room` between header and footer, and the words around it drawn.
    pub fn canvas(&self, room: f64) -> Canvas {
        let canvas = Canvas::new(self.top() + room + self.bottom());
        canvas.rectangle(MARGIN, 0.0, MARGIN + 38.0, 6.0, ACCENT);
        canvas.lines(&self.title, MARGIN, 26.0, TITLE_LEADING, title_type());
        let below_title = 55.0 + TITLE_LEADING * self.title.len().saturating_sub(1) as f64;
        canvas.lines(&self.subtitle, MARGIN, below_title, SUBTITLE_LEADING, Type::new(14.5, MUTED).hanging());
        let last = canvas.height - FOOTER_RISE;
        let first = last - FOOTER_LEADING * self.footer.len().saturating_sub(1) as f64;
        canvas.lines(&self.footer, MARGIN, first, FOOTER_LEADING, footer_type());
        canvas.text(&self.hash, RIGHT, last, Type::new(11.0, FAINT).standing().to_the_left());
        canvas
    }
}

fn title_type() -> Type {
    Type::new(22.0, INK).semibold().hanging()
}

fn footer_type() -> Type {
    Type::new(11.0, MUTED).standing()
}
