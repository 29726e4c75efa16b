import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import en from './en.json';
import ja from './ja.json';

export const LANGUAGES = ['en', 'ja'] as const;
export type Language = (typeof LANGUAGES)[number];

const KEPT = 'spillway.language';

const kept = (): Language | undefined => {
  const word = localStorage.getItem(KEPT);
  return LANGUAGES.find((one) => one === word);
};

/** What the person has chosen, else what their browser asks for. */
const first = (): Language => kept() ?? (navigator.language.startsWith('ja') ? 'ja' : 'en');

void i18next.use(initReactI18next).init({
  resources: { en: { translation: en }, ja: { translation: ja } },
  lng: first(),
  fallbackLng: 'en',
  // React escapes what it shows.
  interpolation: { escapeValue: false },
  returnNull: false,
});

const mark = (language: string): void => {
  document.documentElement.lang = language;
};
mark(i18next.language);
i18next.on('languageChanged', mark);

export const chooseLanguage = (language: Language): void => {
  localStorage.setItem(KEPT, language);
  void i18next.changeLanguage(language);
};
