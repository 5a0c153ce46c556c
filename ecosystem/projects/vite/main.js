export const text = 'the text';
