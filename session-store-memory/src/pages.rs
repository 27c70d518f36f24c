//! A list that grows without moving what it holds.

/// Items of a page: enough that a page's own cost disappears, few enough that an empty half is no loss.
const PAGE: usize = 32;

/// A list without gaps, in pages of equal size.
///
/// A vector that grows copies everything to a larger place and leaves a hole of the old size; with hundreds of them, and
/// payloads in between, the holes came to a tenth of all memory. Pages are allocated once, and given back when the list
/// has shrunk below them.
pub(crate) struct Pages<T> {
    pages: Vec<Vec<T>>,
    len: usize,
}

impl<T> Pages<T> {
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        self.pages.get(index / PAGE)?.get(index % PAGE)
    }

    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        self.pages.get_mut(index / PAGE)?.get_mut(index % PAGE)
    }

    pub(crate) fn push(&mut self, item: T) {
        self.len += 1;
        match self.pages.last_mut() {
            Some(page) if page.len() < PAGE => page.push(item),
            _ => {
                let mut page = Vec::with_capacity(PAGE);
                page.push(item);
                self.pages.push(page);
            }
        }
    }

    /// Takes an item out; the last one moves into its place.
    pub(crate) fn swap_remove(&mut self, index: usize) -> Option<T> {
        if index >= self.len {
            return None;
        }
        let last_page = self.pages.last_mut()?;
        let last = last_page.pop()?;
        if last_page.is_empty() {
            self.pages.pop();
        }
        self.len -= 1;
        match self.get_mut(index) {
            Some(place) => Some(std::mem::replace(place, last)),
            None => Some(last),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.pages.iter().flatten()
    }

    pub(crate) fn into_iter(self) -> impl Iterator<Item = T> {
        self.pages.into_iter().flatten()
    }
}

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Self {
            pages: Vec::new(),
            len: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_do_what_a_vector_does() {
        let mut random = fastrand::Rng::with_seed(1);
        let (mut pages, mut vector) = (Pages::default(), Vec::new());
        for item in 0..20_000 {
            // Grows for a while, then shrinks to nothing.
            if random.u32(..20_000) > item {
                pages.push(item);
                vector.push(item);
            } else if !vector.is_empty() {
                let index = random.usize(..vector.len());
                assert_eq!(pages.swap_remove(index), Some(vector.swap_remove(index)));
            }
            assert_eq!(pages.len(), vector.len());
            assert_eq!(pages.get(vector.len()), None);
            assert_eq!(pages.pages.len(), vector.len().div_ceil(PAGE));
        }
        assert_eq!(pages.swap_remove(vector.len()), None);
        assert!(pages.iter().eq(&vector));
        assert!(pages.into_iter().eq(vector));
    }
}
