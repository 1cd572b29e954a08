//! Room for every number of a large grid, a column a figure.
//!
//! It is asked of the system in large pages: of a hundred megabytes in pages of four kilobytes, being handed the pages would
//! cost several times what computing the numbers does.

use super::cells::Columns;
use memmap2::MmapMut;
use std::io;

/// Numbers by figure and cell; zero at first.
#[derive(Debug)]
pub struct Table {
    map: MmapMut,
    cells: usize,
}

impl Table {
    /// Room for so many figures of so many cells.
    ///
    /// # Errors
    /// Where there is not as much memory.
    pub fn new(figures: usize, cells: usize) -> io::Result<Self> {
        let bytes = figures.checked_mul(cells).and_then(|numbers| numbers.checked_mul(size_of::<f64>()));
        let map = MmapMut::map_anon(bytes.ok_or(io::ErrorKind::OutOfMemory)?.max(1))?;
        // Where the system has no large pages, or gives none, small ones do.
        #[cfg(target_os = "linux")]
        let _ = map.advise(memmap2::Advice::HugePage);
        Ok(Table { map, cells })
    }

    /// The columns.
    pub fn columns(&self) -> impl Iterator<Item = &[f64]> {
        let numbers: &[u8] = &self.map[..self.map.len() / size_of::<f64>() * size_of::<f64>()];
        bytemuck::cast_slice(numbers).chunks_exact(self.cells.max(1))
    }

    /// The columns to be filled from their beginning.
    pub fn room(&mut self) -> Columns<'_> {
        let whole = self.map.len() / size_of::<f64>() * size_of::<f64>();
        let numbers: &mut [f64] = bytemuck::cast_slice_mut(&mut self.map[..whole]);
        Columns { room: numbers.chunks_exact_mut(self.cells.max(1)).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_what_was_put_there() {
        let mut table = Table::new(3, 1_000).expect("room");
        for (figure, column) in (0_u32..).zip(&mut table.room().room) {
            column[999] = f64::from(figure) + 1.0;
        }
        let last: Vec<f64> = table.columns().map(|column| column[999]).collect();
        assert_eq!((last, table.columns().count()), (vec![1.0, 2.0, 3.0], 3));
        assert_eq!(Table::new(0, 5).expect("room").columns().count(), 0);
        assert!(Table::new(usize::MAX, 2).is_err());
    }
}
